"""What a test author writes: steps, stubs, conditions, faults."""
