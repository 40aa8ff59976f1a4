"""Speed figures. What runs is a script of its own; the other modules are what the scripts have in common."""
