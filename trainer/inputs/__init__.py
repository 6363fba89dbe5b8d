"""Where batches come from: arrays that lie on the device, iterables read ahead by a thread, and files."""

from trainer.inputs.arrays import ArrayFeed as ArrayFeed
from trainer.inputs.check import as_features as as_features
from trainer.inputs.check import num_rows as num_rows
from trainer.inputs.csv_files import CSVFiles as CSVFiles
from trainer.inputs.csv_files import csv_files as csv_files
from trainer.inputs.example_features import FixedLenFeature as FixedLenFeature
from trainer.inputs.example_features import VarLenFeature as VarLenFeature
from trainer.inputs.feed import Block as Block
from trainer.inputs.feed import Feed as Feed
from trainer.inputs.iterables import IterableFeed as IterableFeed
from trainer.inputs.record_files import DamagedRecordError as DamagedRecordError
from trainer.inputs.sources import Batches as Batches
from trainer.inputs.sources import Rows as Rows
from trainer.inputs.sources import first_batches as first_batches
from trainer.inputs.sources import open_features as open_features
from trainer.inputs.sources import open_source as open_source
from trainer.inputs.tfrecords import TFRecords as TFRecords
from trainer.inputs.tfrecords import tfrecords as tfrecords
from trainer.inputs.whole import WholeFeed as WholeFeed
