"""What everybody may read and download of the figures. All of it is made from the bytes of releases."""
