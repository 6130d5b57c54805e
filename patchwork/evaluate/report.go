package evaluate

// Report is what a model can do, on the rows it learned from and on those held out.
type Report struct {
	Threshold  float64       `json:"threshold" yaml:"threshold"`   // score from which on a class counts as present
	Confidence float64       `json:"confidence" yaml:"confidence"` // of the intervals
	Train      Overall       `json:"train" yaml:"train"`           // rows neither excluded nor flagged for validation
	Validation Overall       `json:"validation" yaml:"validation"` // rows flagged for validation and not excluded
	Classes    []ClassReport `json:"classes" yaml:"classes"`
}

// ClassReport holds the figures of one class.
type ClassReport struct {
	Class      string  `json:"class" yaml:"class"`
	Train      Metrics `json:"train" yaml:"train"`
	Validation Metrics `json:"validation" yaml:"validation"`
}

// Metrics are the figures of one class on one side. The counts are of all rows of that side; the figures are of the rows
// whose label is known and that have a score.
type Metrics struct {
	Present  int `json:"present" yaml:"present"`
	Absent   int `json:"absent" yaml:"absent"`
	Unknown  int `json:"unknown" yaml:"unknown"`
	Unscored int `json:"unscored" yaml:"unscored"` // known labels without a score

	Accuracy         Interval `json:"accuracy" yaml:"accuracy"` // at Threshold; Wilson
	AUC              Interval `json:"auc" yaml:"auc"`           // missing when one-sided; Newcombe
	AveragePrecision Number   `json:"average_precision" yaml:"average_precision"`
	LogLoss          Number   `json:"log_loss" yaml:"log_loss"` // nats
}

// Overall are the figures of one side over all classes.
type Overall struct {
	Rows  int `json:"rows" yaml:"rows"`   // with at least one known and scored label
	Cells int `json:"cells" yaml:"cells"` // known and scored labels

	// Accuracy is the share of cells that are right. Its interval counts rows, not cells, as independent, because the
	// labels of one image fail together; it is therefore rather too wide than too narrow.
	Accuracy Interval `json:"accuracy" yaml:"accuracy"`

	MacroAUC   Number `json:"macro_auc" yaml:"macro_auc"`     // mean of the classes that have an AUC
	AUCClasses int    `json:"auc_classes" yaml:"auc_classes"` // how many those are
	LogLoss    Number `json:"log_loss" yaml:"log_loss"`       // mean over cells, nats

	// Exact is the share of rows whose every label is right, among the ExactRows that are fully labelled and scored.
	Exact     Interval `json:"exact" yaml:"exact"`
	ExactRows int      `json:"exact_rows" yaml:"exact_rows"`

	// Top1 is the share of rows whose highest score is their class. It exists only where every row is fully labelled with
	// exactly one class present, and there are two classes or more.
	Top1 Interval `json:"top1" yaml:"top1"`
}
