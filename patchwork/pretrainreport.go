package patchwork

import (
	"fmt"
	"strings"
)

// PretrainReport says what a pre-training came to.
type PretrainReport struct {
	Network string       `json:"network"` // folder
	Run     string       `json:"run"`     // folder of the record, "" if there is none
	Method  string       `json:"method"`
	From    string       `json:"from,omitempty"` // what was taken from PretrainOptions.From
	Images  int          `json:"images"`
	Steps   int          `json:"steps"`
	Resumed int          `json:"resumed"` // steps that were done before
	Unread  int          `json:"unread"`  // images that could not be read, so that others took their places
	Loss    float64      `json:"loss"`
	Before  *ProbeReport `json:"before,omitempty"` // features of the first weights; nil where the training went on after them
	After   *ProbeReport `json:"after,omitempty"`
	Speed   float64      `json:"images_per_s"`
	Seconds float64      `json:"seconds"`
}

// String is what a person wants to know of it.
func (r PretrainReport) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s on %d images, %d steps in %.0f s", r.Method, r.Images, r.Steps, r.Seconds)
	if r.Resumed > 0 {
		fmt.Fprintf(&b, " (went on after step %d)", r.Resumed)
	}
	fmt.Fprintf(&b, "; loss %.3f", r.Loss)
	if r.Unread > 0 {
		fmt.Fprintf(&b, "; %d images could not be read any more and others took their places: scan the images again", r.Unread)
	}
	if r.From != "" {
		fmt.Fprintf(&b, "; began with weights that were trained before: %s", r.From)
	}
	if r.Speed > 0 {
		fmt.Fprintf(&b, "; %.3g images/s", r.Speed)
	}
	first := map[string]figure{}
	for _, f := range r.Before.figures() {
		first[f.name] = f
	}
	for _, f := range r.After.figures() {
		fmt.Fprintf(&b, "\n%s: ", f.title)
		if was, ok := first[f.name]; ok {
			fmt.Fprintf(&b, "%s with the first weights, ", was.number())
		}
		fmt.Fprintf(&b, "%s now", f.number())
	}
	if r.After != nil {
		for _, n := range r.After.Notes {
			fmt.Fprintf(&b, "\nnote: %s", n)
		}
	}
	fmt.Fprintf(&b, "\nthe network is %s\ncompute features with it: p.Embed(%[1]q), or patchwork embed PROJECT --extractor %[1]s", r.Network)
	return b.String()
}
