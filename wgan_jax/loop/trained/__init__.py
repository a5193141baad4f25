"""What a run left, read back: its samples, pictures of them, exports."""
