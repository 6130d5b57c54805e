// Package contrast makes pictures easier to look at: it stretches their range, or evens out their contrast locally. Read
// does it from an image's file with all its bits. What it gives is for eyes only; no label, feature or score comes from
// it.
//
// Pictures are float32 in [0, 1], row by row, the channels of a pixel together ([H, W, C]); NaN stands for no data, is
// left out of all counting, and becomes 0. One and three channels are what a screen can show, and what this package
// takes.
package contrast
