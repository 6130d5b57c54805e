// Package imageset finds, decodes, resizes and thumbnails the images of a project.
//
// Scan turns sources (folders, globs, list files, archives) into an Index: one row per image, numbered from 0. A row never
// changes its number and is never removed, so every other package may keep rows on disk. An image that is broken or
// gone stays in the Index with its Problem and is left out everywhere else; it never stops a scan.
//
// Conventions: an image's ID is its slash-separated path relative to the project folder; its Hash is the first 16 hex
// digits of the SHA-256 of its bytes. Pixels are RGB, upright (the EXIF orientation has been applied), eight bits a
// channel in an image.Image and [0, 1] in a Batch, which is NHWC, row-major. Grey becomes three equal channels, an
// alpha channel is cut off and not composited, 16 bits are scaled to 8, CMYK is converted without a colour profile.
// Embedded colour profiles are not applied.
//
// Of patchwork the package imports the decoders below it: jpeg, png and tiff.
package imageset
