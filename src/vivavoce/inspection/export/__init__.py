"""Where results go besides JSON lines and the page: tables, editors' markers, test reports."""
