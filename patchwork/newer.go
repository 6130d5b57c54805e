package patchwork

import (
	"os"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/gopatchwork/patchwork/patchwork/acquire"
	"github.com/gopatchwork/patchwork/patchwork/classify"
)

// NewerLabels is how many label events are newer than the scores that a strategy chooses by, those of the last training or, for one that
// begins with "propagated ", of the last Propagate: 0 for a strategy that goes by no scores, and where there are none yet.
//
// Errors: an unknown strategy; the journal cannot be read.
func (p *Project) NewerLabels(strategy string) (int64, error) {
	if strategy == "" {
		strategy = "auto"
	}
	name, propagated := strings.CutPrefix(strategy, propagatedPrefix)
	s, err := acquire.Lookup(name)
	if err != nil {
		return 0, err
	}
	_, version, err := p.labelsNow()
	if err != nil {
		return 0, err
	}
	seen := version
	if propagated {
		var kept keptPropagation
		if text, err := os.ReadFile(p.path("propagated", "propagated.yaml")); err == nil && yaml.Unmarshal(text, &kept) == nil && kept.Features != "" {
			seen = kept.Journal
		}
	} else if card := s.Card(); (card.Needs | card.Uses).Has(acquire.Probs) {
		if info, err := classify.ReadInfo(p.path("models", modelName)); err == nil {
			seen = info.JournalVersion
		}
	}
	return max(0, version-seen), nil
}
