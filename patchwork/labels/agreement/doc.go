// Package agreement compares what several people said about the same images: what each journal alone says, what all of
// them say under a rule, how far they agree beyond chance, and where they do not.
//
// Everything is computed from the live events of a labels.Store in one pass. An event counts in one of three ways, by
// the strategy that put the image before the person (labels.Shown):
//
//	opinion  = any label; the last one of a person about a row and class is what she thinks
//	repeat   = an opinion given when the image was shown again without its labels (BlindRepeat)
//	decision = a label given in view of what others had said (Adjudication). It is nobody's opinion, settles the
//	           disagreement, and stands until somebody says something else later
//
// Statistics are about opinions. Unknown is a missing value everywhere, never a third answer, and rows that the table
// excludes are left out. What cannot be measured is NaN with a reason.
//
// The package imports labels and imageset and no other package of patchwork.
package agreement

// Strategies that labels.Shown names. They are words of the journal and never change.
const (
	BlindRepeat  = "blind repeat" // the image has been labelled before, and its labels were not shown
	Adjudication = "disagreement" // the person saw who had said what, and decides
)
