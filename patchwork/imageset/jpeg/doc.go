// Package jpeg decodes photographs fast, and faster still when they are wanted smaller: at a half, a quarter or an eighth
// of the size it computes only the pixels that are left.
//
// Open reads the headers; Decode makes an image.YCbCr, image.Gray or image.RGBA of the rest. It takes baseline,
// extended and progressive JPEGs with Huffman codes, 8 bits, and one or three components whose sampling an image.YCbCr can
// express. For any other, Open returns ErrUnsupported before anything is decoded, and the caller turns to image/jpeg.
//
// At full size a pixel differs by at most 1 from what image/jpeg makes of it, as long as coefficients are what an encoder
// makes of 8-bit pictures. What image/jpeg decodes and this package refuses: a Huffman table with more codes than bits
// can tell apart, a symbol that only progressive JPEGs have in one that is not, a missing quantisation table, an empty DQT
// segment, more than 200 scans, and more than 13 bits that are left to later scans. In a scan of one component of a picture
// that has three, blocks and restart intervals are counted as the standard and libjpeg do; image/jpeg counts as in a scan of
// all, and fails where that matters.
//
// Sources: ITU-T T.81; for the order of pixels, colours and the Adobe marker ITU-T T.871 and T.872.
//
// The package imports no other package of patchwork.
package jpeg
