"""The voice `chorus`: labels from the teacher and from recordings, networks that start from hibari, their training."""
