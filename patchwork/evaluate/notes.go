package evaluate

import "fmt"

// notes says what is missing and what to do about it, one sentence each.
func (r Report) notes(tooManySubsets int) (notes []string) {
	note := func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }
	held, scored := 0, 0
	for _, c := range r.Classes {
		held += c.Validation.Present + c.Validation.Absent
		scored += c.Validation.known()
	}
	if held == 0 {
		note("no labelled image is held out, so no figure says how the model does on images that it has not seen; hold some out and train again")
	} else if scored == 0 {
		note("no held-out label has a score; score the images again")
	}
	for _, c := range r.Classes {
		m := c.Validation
		switch {
		case scored == 0:
		case m.Present+m.Absent == 0:
			note("class %s: all %d held-out images are unlabelled, so it has no figures; label some of them", c.Class, m.Unknown)
		case m.known() == 0:
			note("class %s: none of its %d held-out labels has a score; train again", c.Class, m.Unscored)
		case m.Confusion.TruePositives+m.Confusion.FalseNegatives == 0:
			note("class %s: all %d held-out labels say absent, so it has no AUC, AP, recall or balanced accuracy; label held-out images that show it", c.Class, m.known())
		case m.Confusion.TrueNegatives+m.Confusion.FalsePositives == 0:
			note("class %s: all %d held-out labels say present, so it has no AUC, AP or balanced accuracy, and its precision and F1 mean nothing; label held-out images without it", c.Class, m.known())
		case m.Unscored > 0:
			note("class %s: %d held-out labels have no score and are left out; train again", c.Class, m.Unscored)
		}
	}
	if tooManySubsets > 0 {
		note("%d subsets are too many to measure each; want %d at most", tooManySubsets, mostSubsets)
	}
	return notes
}

// known is how many labels are known and have a score.
func (m Metrics) known() int { return m.Present + m.Absent - m.Unscored }
