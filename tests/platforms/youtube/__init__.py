"""Tests of the YouTube adapter."""
