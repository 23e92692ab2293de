"""Posts that mention a programme: found where they stand, offered to their authors, shown to nobody else."""
