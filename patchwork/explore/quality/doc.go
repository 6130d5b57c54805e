// Package quality finds what is wrong with labels and images: labels that are probably errors, images that are doubles of
// others, doubles on both sides of a split, images unlike all others.
//
// It judges and does not act: what follows is an event for the journal, which the caller may apply and which one undo takes
// back (Repair, LabelOnce).
//
// Conventions: a row is an index into the image index. Unknown labels are no evidence and never suspected; excluded rows
// take no part. A group is rows that show the same, ascending, at least two; groups are in the order of their first rows.
package quality
