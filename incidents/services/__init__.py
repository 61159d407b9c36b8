"""What the platform does: one function a use case."""
