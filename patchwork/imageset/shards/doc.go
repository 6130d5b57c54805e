// Package shards keeps decoded and resized images in files that stream faster than pictures decode.
//
// A set is a folder with numbered NumPy files, shard-00000.npy and so on, of shape [images, H, W, C] and type uint8 or
// float32, and one manifest.json that says what they hold: the shape, the norm, the row, ID and hash of every image, and
// the SHA-256 of every file. An image has the number under which it was written, from 0; its row is that of the index.
//
// Why NumPy files and no other format: an image lies at a place that can be computed, so files are mapped and not parsed,
// and any order costs the same; numpy.load(file, mmap_mode="r") opens them without a library; uint8 is what decoders
// yield, a quarter of float32 and exact. Safetensors can be mapped too, but would hold one tensor a file here and needs
// its library to be looked at. A tar of samples is read from front to back, so that it can be shuffled only within a
// buffer, and holds pictures that are still to be decoded.
//
// Write is atomic per shard and goes on where a killed run ended. Open checks the manifest and the sizes of the files;
// Verify also reads and hashes them.
package shards
