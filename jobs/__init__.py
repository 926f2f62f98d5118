"""What happens by itself: each job is a short call into the domain."""
