"""Feature columns: how raw features, texts among them, become what a network takes. TensorFlow 1.0's names.

>>> from trainer import feature_columns as fc
>>> job = fc.categorical_column_with_vocabulary_list("job", ["clerk", "nurse"])
>>> age = fc.bucketized_column(fc.numeric_column("age"), [18, 65])
>>> wide = [age, job, fc.crossed_column([age, job], 100)]
>>> deep = [fc.numeric_column("age"), fc.embedding_column(job, 4)]
>>> fc.DenseFeatures(deep).width
5
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
