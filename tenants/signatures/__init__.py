"""Signatures 【…】: applied for, judged by staff, used by campaigns."""
