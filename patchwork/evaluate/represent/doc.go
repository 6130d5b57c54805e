// Package represent measures features by themselves: how well a plain classifier reads classes from them, how they lie, and how much of
// their space they use.
//
// Features are vectors [n][d], a row an image; kinds are whole numbers from 0, one an image, -1 where it is not known. Such rows take no part.
package represent
