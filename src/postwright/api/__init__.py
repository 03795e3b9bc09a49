"""The REST door under /api, the health checks and the metrics."""
