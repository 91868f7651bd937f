"""Charts that show what a bias report found."""
