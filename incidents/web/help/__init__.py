"""Who can help with what, and a complaint to take away. What is typed here is answered and never kept."""
