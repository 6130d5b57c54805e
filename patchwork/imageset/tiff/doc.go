// Package tiff reads TIFF and GeoTIFF files: classic and BigTIFF, strips and tiles, any number of bands of 1 to 64 bits,
// interleaved or as planes.
//
// Open reads the directories and no pixels, so the size of every picture is known before memory is spent on it. Then
// Image.Read gives a window of the numbers as they are stored, and Image.RGBA the picture that a viewer shows. Both
// decode only the strips or tiles that the window touches. A File and its Images may be used by several goroutines at
// once if the reader may.
//
// Conventions: pixels are numbered from 0, from the left and from the top, before the orientation tag is applied, which
// the caller does. A chunk is a strip or a tile; error messages number chunks from 1 in the order of the file.
//
// A file is not trusted: offsets and counts are checked against its size, tables of directories hold at most 64 MiB
// together, a chunk that is decompressed has at most 1 GiB, and decompression ends where the chunk does. An error of the
// reader ends the work and can be found with errors.Is.
//
// Sources: TIFF revision 6.0 (Adobe, 1992); Adobe Photoshop TIFF Technical Notes (2002) for Deflate; TIFF Technical Note
// 2 for JPEG; Technical Note 3 (Adobe, 2005) for predictor 3; the BigTIFF design (AWare Systems); OGC GeoTIFF 1.1
// (19-008r4).
//
// Of patchwork the package imports the decoders of what a chunk may hold, inflate and jpeg.
package tiff
