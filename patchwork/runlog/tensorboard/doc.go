// Package tensorboard writes event files and projector folders as TensorBoard reads them: scalars, histograms, images, text,
// hyperparameters, and embeddings. It needs no TensorFlow.
//
// An event file is a row of records (TFRecord), each a protocol buffer of the type tensorboard.Event. A writer puts only
// whole records on the disk, so that a file whose writer was killed is read up to where it was flushed last. A training that
// goes on writes a further file into the same folder; TensorBoard reads the files of a folder by their names, which begin with
// the time, as one run.
//
// Source: the messages in tensorboard/compat/proto, tensorboard/plugins/hparams and tensorboard/plugins/projector of
// TensorBoard 2; the framing in tensorflow/core/lib/io/record_writer.h.
package tensorboard
