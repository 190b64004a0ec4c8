"""What the carriers were told: qualification, signature, template, link."""
