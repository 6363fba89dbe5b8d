"""Ties to training libraries, one file each; import the one you use, and with it its library.

| file | what it offers |
|---|---|
| `keras_callback` | `SummaryCallback` for `model.fit(callbacks=[...])` |
| `lightning_logger` | `SummaryLogger` for `Trainer(logger=...)` |
| `huggingface_callback` | `SummaryCallback` for `Trainer(callbacks=[...])` of transformers |
| `optuna_callback` | `SummaryCallback` for `study.optimize(callbacks=[...])` |
| `log_handler` | `SummaryHandler` for the standard library's `logging` |
"""
