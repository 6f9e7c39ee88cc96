"""The views and the two hubs they share; nothing here imports torch."""
