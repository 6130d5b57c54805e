package evaluate

import (
	"encoding/json"

	"go.yaml.in/yaml/v3"
)

// blankMetrics has no figure: those that nobody sets stay missing and do not become 0.
func blankMetrics() Metrics {
	none := noInterval
	return Metrics{
		Accuracy: none, Precision: none, Recall: none, Specificity: none, F1: none, BalancedAccuracy: none,
		BaseRate: missing, AboveBase: missing, AUC: none, AveragePrecision: missing, APInterval: none,
		LogLoss: missing, LogLossInterval: none, Brier: none, ECE: none, ECEEqualMass: none, ECEExpected: missing,
	}
}

func blankOverall() Overall {
	none := noInterval
	return Overall{
		Accuracy: none, MacroAUC: missing, MacroAUCInterval: none, MacroAP: none, MacroF1: none, MacroBalanced: none, MacroECE: none,
		LogLoss: missing, LogLossInterval: none, Brier: none, Exact: none, Top1: none,
	}
}

// A report that an earlier version wrote lacks figures; they are missing, not 0.

func (m *Metrics) UnmarshalJSON(data []byte) error {
	type plain Metrics
	*m = blankMetrics()
	err := json.Unmarshal(data, (*plain)(m))
	m.fill()
	return err
}

func (m *Metrics) UnmarshalYAML(node *yaml.Node) error {
	type plain Metrics
	*m = blankMetrics()
	err := node.Decode((*plain)(m))
	m.fill()
	return err
}

func (o *Overall) UnmarshalJSON(data []byte) error {
	type plain Overall
	*o = blankOverall()
	err := json.Unmarshal(data, (*plain)(o))
	o.fill()
	return err
}

func (o *Overall) UnmarshalYAML(node *yaml.Node) error {
	type plain Overall
	*o = blankOverall()
	err := node.Decode((*plain)(o))
	o.fill()
	return err
}

// fill gives figures that were once written without bounds to the fields that have room for these.
func (m *Metrics) fill() {
	fill(&m.APInterval, m.AveragePrecision)
	fill(&m.LogLossInterval, m.LogLoss)
}

func (o *Overall) fill() {
	fill(&o.MacroAUCInterval, o.MacroAUC)
	fill(&o.LogLossInterval, o.LogLoss)
}

func fill(i *Interval, figure Number) {
	if !i.Value.Known() {
		i.Value = figure
	}
}
