"""Transport: speech as Opus packets with its own past inside, and a receiver that plays through loss."""
