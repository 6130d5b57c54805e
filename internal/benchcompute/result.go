package main

import "fmt"

// Figure is what one engine reached in a row.
type Figure struct {
	Value   float64 `json:"value,omitempty"`   // milliseconds, for memory MB; 0 where there is none
	Variant string  `json:"variant,omitempty"` // the one that was best
	Note    string  `json:"note,omitempty"`    // how the value came about, if not as usual, or why there is none
}

// Result is a row that has been measured.
type Result struct {
	Name    string            `json:"name"`
	What    string            `json:"what"`
	Unit    string            `json:"unit"` // ms, MB
	Figures map[string]Figure `json:"figures"`
	Goal    float64           `json:"goal"`
	AtMost  bool              `json:"at_most,omitempty"` // the goal is the most that cpu may take, not a ratio
	Flops   float64           `json:"flops,omitempty"`
	Others  float64           `json:"others"` // cores that other processes used in the quietest round
	Notes   []string          `json:"notes,omitempty"`
	Wrong   string            `json:"wrong,omitempty"` // what failed or differed
}

// Ratio is how many times the value of cpu an engine needs; 0 where one of them is not known.
func (r Result) Ratio(engine string) float64 {
	own := r.Figures["cpu"].Value
	if own == 0 {
		return 0
	}
	return r.Figures[engine].Value / own
}

// GFlops is cpu's speed in 10⁹ operations a second; 0 where that says nothing.
func (r Result) GFlops() float64 {
	if ms := r.Figures["cpu"].Value; r.Unit == "ms" && ms > 0 {
		return r.Flops / ms / 1e6
	}
	return 0
}

// Verdict is "met" or "short" where there is something to judge, "wrong" if something failed, else "".
func (r Result) Verdict() string {
	own, ratio := r.Figures["cpu"].Value, r.Ratio("torch")
	switch {
	case r.Wrong != "":
		return "wrong"
	case r.AtMost && own > 0:
		return verdict(own <= r.Goal)
	case !r.AtMost && ratio > 0:
		return verdict(ratio >= r.Goal)
	}
	return ""
}

func verdict(met bool) string {
	if met {
		return "met"
	}
	return "short"
}

// note adds a line that stands below the table, once.
func (r *Result) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	for _, n := range r.Notes {
		if n == text {
			return
		}
	}
	r.Notes = append(r.Notes, text)
}
