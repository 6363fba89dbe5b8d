"""Feature columns: how raw features, texts among them, become what a network takes. TensorFlow 1.0's names.

>>> from trainer import feature_columns as fc
>>> job = fc.categorical_column_with_vocabulary_list("job", ["clerk", "nurse"])
>>> age = fc.bucketized_column(fc.numeric_column("age"), [18, 65])
>>> wide = [age, job, fc.crossed_column([age, job], 100)]
>>> deep = [fc.numeric_column("age"), fc.embedding_column(job, 4)]
>>> fc.DenseFeatures(deep).width
5
"""

from trainer.feature_columns.base import CategoricalColumn as CategoricalColumn
from trainer.feature_columns.base import DenseColumn as DenseColumn
from trainer.feature_columns.base import FeatureColumn as FeatureColumn
from trainer.feature_columns.bucketized import BucketizedColumn as BucketizedColumn
from trainer.feature_columns.bucketized import bucketized_column as bucketized_column
from trainer.feature_columns.columns import FeatureColumns as FeatureColumns
from trainer.feature_columns.crossed import CrossedColumn as CrossedColumn
from trainer.feature_columns.crossed import crossed_column as crossed_column
from trainer.feature_columns.dense_columns import DenseColumns as DenseColumns
from trainer.feature_columns.dense_features import DenseFeatures as DenseFeatures
from trainer.feature_columns.embedding import EmbeddingColumn as EmbeddingColumn
from trainer.feature_columns.embedding import embedding_column as embedding_column
from trainer.feature_columns.embedding import shared_embedding_columns as shared_embedding_columns
from trainer.feature_columns.example_spec import make_parse_example_spec as make_parse_example_spec
from trainer.feature_columns.functional import input_layer as input_layer
from trainer.feature_columns.functional import linear_model as linear_model
from trainer.feature_columns.hashed import HashBucketColumn as HashBucketColumn
from trainer.feature_columns.hashed import categorical_column_with_hash_bucket as categorical_column_with_hash_bucket
from trainer.feature_columns.identity import IdentityColumn as IdentityColumn
from trainer.feature_columns.identity import categorical_column_with_identity as categorical_column_with_identity
from trainer.feature_columns.indicator import IndicatorColumn as IndicatorColumn
from trainer.feature_columns.indicator import indicator_column as indicator_column
from trainer.feature_columns.linear_features import LinearFeatures as LinearFeatures
from trainer.feature_columns.numeric import NumericColumn as NumericColumn
from trainer.feature_columns.numeric import numeric_column as numeric_column
from trainer.feature_columns.vocabulary import VocabularyFileColumn as VocabularyFileColumn
from trainer.feature_columns.vocabulary import VocabularyListColumn as VocabularyListColumn
from trainer.feature_columns.vocabulary import (
    categorical_column_with_vocabulary_file as categorical_column_with_vocabulary_file,
)
from trainer.feature_columns.vocabulary import (
    categorical_column_with_vocabulary_list as categorical_column_with_vocabulary_list,
)
from trainer.feature_columns.weighted import WeightedColumn as WeightedColumn
from trainer.feature_columns.weighted import weighted_categorical_column as weighted_categorical_column
