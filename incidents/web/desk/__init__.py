"""The desk: reports that wait, incidents that two people settle, releases that two people sign."""
