"""Campaigns: drafted, checked, launched, planned, finished."""
