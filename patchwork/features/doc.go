// Package features turns images into vectors and keeps them on disk.
//
// An Extractor maps a batch of images to one vector each. Default is built in and needs neither download nor training;
// OpenONNX uses any network in an ONNX file, OpenBackbone a network that was trained here. OpenMaps and OpenBackboneMaps read maps
// inside of such a network instead, one or several for each image.
// Run applies an extractor to all images of an index and writes a Store; ImportNPY and ImportMaps make a Store of vectors or maps
// that another program computed. LeaveOneOutKNN and CheckSanity say whether the
// vectors separate what people have labelled.
//
// Conventions: a row is an index into the image index; row i of a store belongs to row i of the index, for ever. Images
// are float32 NHWC, RGB, in [0, 1]. Vectors are float32, of length one unless Raw was asked for. A row without features
// (broken image, not computed yet) is NaN in the file, and Has says so.
//
// On disk a store is two files: ID.npy, an N×D numpy array of '<f4' that grows in place, and ID.json, which names the
// extractor and holds for every row the content hash of the image it was computed from. A row counts only if its hash
// stands there, and data is synced before hashes are written, so a killed run loses seconds of work and never shows
// half a row. A store of maps has a file for each tap, ID.0-NAME.npy and so on, arrays [N, height, width, channels] of '<f2' or
// '<f4'; rows without maps take no room on the disk and read as 0.
//
// The package knows nothing of labels beyond the numbers -1, 0 and 1, and nothing of notebooks.
package features
