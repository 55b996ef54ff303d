"""What is said, in Vietnamese and English, and how numbers and dates are written."""
