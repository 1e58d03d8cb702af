"""A review shown: tables, figures and sentences. Nothing is read here and no new number is computed."""
