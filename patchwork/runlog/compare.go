package runlog

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// Comparison is several runs side by side, in the order in which they were given.
type Comparison struct {
	Runs     []Run         `json:"runs"`
	Labels   []string      `json:"labels"`   // short names of the runs by what differs, else letters; of one run its ID
	Settings []SettingLine `json:"settings"` // those that differ
	Metrics  []MetricLine  `json:"metrics"`

	Series []map[string]Series `json:"-"` // of each run, by the name of the metric
}

// SettingLine is a setting of all runs.
type SettingLine struct {
	Name   string   `json:"name"`
	Values []string `json:"values"` // "" where a run does not have it
}

// MetricLine is a metric of all runs.
type MetricLine struct {
	Name   string     `json:"name"`
	Values []*float64 `json:"values"` // nil where a run does not have it; of a run that is not done the last so far
	Best   []bool     `json:"best"`   // all false where neither more nor less is better, and where the runs cannot be compared
}

// Compare reads the runs of folders and puts them side by side.
//
// A metric of which more is better, as an accuracy, or less, as a log loss, has its best marked. A loss is marked only where the runs differ in
// nothing that a loss is made of: that of another method, batch or augmentation is another quantity.
//
// Errors: fewer than one folder; a folder holds no run or a damaged one; all are named.
func Compare(folders ...string) (Comparison, error) {
	c := Comparison{Settings: []SettingLine{}, Metrics: []MetricLine{}}
	var errs []error
	for _, folder := range folders {
		r, err := Read(folder)
		series, err2 := Metrics(folder)
		if err := errors.Join(err, err2); err != nil {
			errs = append(errs, err)
			continue
		}
		if r.Metrics == nil {
			r.Metrics = map[string]float64{}
		}
		for name, s := range series {
			if r.State != Done {
				r.Seconds = max(r.Seconds, s.Seconds[len(s.Seconds)-1])
			}
			if _, ok := r.Metrics[name]; ok {
				continue
			}
			for _, v := range s.Value {
				if !math.IsNaN(v) && !math.IsInf(v, 0) {
					r.Metrics[name] = v
				}
			}
		}
		c.Runs, c.Series = append(c.Runs, r), append(c.Series, series)
	}
	if len(folders) == 0 {
		errs = append(errs, errors.New("runlog: there is no run to compare; name some"))
	}
	if err := errors.Join(errs...); err != nil {
		return Comparison{}, err
	}
	c.settings()
	c.metrics()
	c.label()
	return c, nil
}

// foremost are the settings that say most of a run.
var foremost = []string{"method", "network", "extractor", "head", "loss"}

func (c *Comparison) settings() {
	names := map[string]bool{}
	for _, r := range c.Runs {
		for name := range r.Settings {
			names[name] = true
		}
	}
	add := func(name string, of func(r Run) string) {
		line := SettingLine{Name: name}
		for _, r := range c.Runs {
			line.Values = append(line.Values, of(r))
		}
		if len(slices.Compact(slices.Clone(line.Values))) > 1 {
			c.Settings = append(c.Settings, line)
		}
	}
	add("kind", func(r Run) string { return r.Kind })
	for _, name := range foremost {
		add(name, func(r Run) string { return r.Settings[name] })
		delete(names, name)
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		add(name, func(r Run) string { return r.Settings[name] })
	}
	names = map[string]bool{}
	for _, r := range c.Runs {
		for name := range r.Environment {
			names[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		add(environment+name, func(r Run) string { return r.Environment[name] })
	}
}

// environment begins the names of what differs in Run.Environment.
const environment = "environment."

func (c *Comparison) metrics() {
	names := map[string]bool{}
	for _, r := range c.Runs {
		for name := range r.Metrics {
			names[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		line := MetricLine{Name: name, Best: make([]bool, len(c.Runs))}
		best, have := math.NaN(), 0
		sign := better(name)
		if isLoss(name) && !c.sameLoss() {
			sign = 0
		}
		for _, r := range c.Runs {
			v, ok := r.Metrics[name]
			if !ok {
				line.Values = append(line.Values, nil)
				continue
			}
			have++
			line.Values = append(line.Values, &v)
			if math.IsNaN(best) || sign*v > sign*best {
				best = v
			}
		}
		for i, v := range line.Values {
			line.Best[i] = sign != 0 && have > 1 && v != nil && *v == best
		}
		c.Metrics = append(c.Metrics, line)
	}
}

var (
	moreIsBetter = []string{"accuracy", "auc", "precision", "recall", "f1", "kappa", "linear", "neighbours", "clusters", "rank"}
	lessIsBetter = []string{"loss", "error", "brier"}
)

// better is 1 for a metric of which more is better, -1 for one of which less is, and 0 for others.
func better(name string) float64 {
	words := strings.FieldsFunc(strings.ToLower(name), func(c rune) bool { return c == '/' || c == ' ' || c == '_' || c == '.' || c == '-' })
	has := func(list []string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(list, w) })
	}
	switch {
	case has(lessIsBetter):
		return -1
	case has(moreIsBetter):
		return 1
	}
	return 0
}

// isLoss says whether a metric is what was minimised, which a log loss need not be.
func isLoss(name string) bool {
	return name == "loss" || strings.HasSuffix(name, "/loss") || strings.HasSuffix(name, "_loss")
}

// harmless are settings in which runs may differ while their losses are of the same kind.
var harmless = []string{"seed", "epochs", "steps", "optimiser", "rate", "schedule", "period", "warmup", "clip", "patience", "look", "save", "network", "out"}

func (c *Comparison) sameLoss() bool {
	for _, s := range c.Settings {
		if !slices.Contains(harmless, s.Name) && !strings.HasPrefix(s.Name, "network.") && !strings.HasPrefix(s.Name, environment) {
			return false
		}
	}
	return true
}

// labelRoom is how many characters have room in a line above a chart.
const labelRoom = 60

// label names each run by as few of the settings that differ as tell them apart, or by a letter where that is too long.
func (c *Comparison) label() {
	c.Labels = make([]string, len(c.Runs))
	var whole, partial []SettingLine // the former have a value for each run
	for _, s := range c.Settings {
		switch {
		case s.Name == "out" || strings.HasPrefix(s.Name, environment):
		case slices.Contains(s.Values, ""):
			partial = append(partial, s)
		default:
			whole = append(whole, s)
		}
	}
	for _, s := range slices.Concat(whole, partial) {
		for i, v := range s.Values {
			if _, err := strconv.ParseFloat(v, 64); err == nil || v == "true" || v == "false" {
				v = s.Name[strings.LastIndexByte(s.Name, '.')+1:] + " " + v
			} else if v == "" {
				v = "no " + s.Name
			}
			if c.Labels[i] != "" {
				v = ", " + v
			}
			c.Labels[i] += v
		}
		if distinct(c.Labels) {
			break
		}
	}
	room := 0
	for _, l := range c.Labels {
		room += len([]rune(l)) + 7 // for what stands before a name
	}
	if len(c.Runs) == 1 {
		c.Labels[0] = c.Runs[0].ID
	} else if room > labelRoom || !distinct(c.Labels) {
		for i := range c.Labels {
			c.Labels[i] = letter(i)
		}
	}
}

// letter is A for 0, and AA for 26.
func letter(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return letter(i/26-1) + letter(i%26)
}

func distinct(list []string) bool {
	return len(slices.Compact(slices.Sorted(slices.Values(list)))) == len(list)
}

// String is a table: what differs, then the metrics, the best with a star.
func (c Comparison) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	line := func(name string, values ...string) {
		fmt.Fprintln(w, strings.TrimRight(name+"\t"+strings.Join(values, "\t"), "\t"))
	}
	each := func(of func(r Run) string) (list []string) {
		for _, r := range c.Runs {
			list = append(list, of(r))
		}
		return list
	}
	line("run", each(func(r Run) string { return r.ID })...)
	if !slices.Equal(c.Labels, each(func(r Run) string { return r.ID })) {
		line("label", c.Labels...)
	}
	line("state", each(func(r Run) string { return or(string(r.State), "–") })...)
	line("took", each(func(r Run) string { return Took(r.Seconds) })...)
	for _, s := range c.Settings {
		var values []string
		for _, v := range s.Values {
			values = append(values, or(oneLine(v), "–"))
		}
		line(s.Name, values...)
	}
	for _, m := range c.Metrics {
		var values []string
		for i, v := range m.Values {
			switch {
			case v == nil:
				values = append(values, "–")
			case m.Best[i]:
				values = append(values, fmt.Sprintf("%.4g *", *v))
			default:
				values = append(values, fmt.Sprintf("%.4g", *v))
			}
		}
		line(oneLine(m.Name), values...)
	}
	notes := each(func(r Run) string { return or(oneLine(r.Note), "–") })
	if strings.Join(notes, "") != strings.Repeat("–", len(notes)) {
		line("note", notes...)
	}
	w.Flush()
	return b.String()
}

// Took is a number of seconds as a person reads it; of 0, as a run that was cut off has, it is not known.
func Took(seconds float64) string {
	if seconds == 0 {
		return "–"
	}
	if seconds < 60 {
		return fmt.Sprintf("%.3gs", seconds)
	}
	return time.Duration(seconds * float64(time.Second)).Round(time.Second).String()
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// oneLine is text without what breaks a table.
func oneLine(text string) string {
	return strings.Map(func(c rune) rune {
		if c == '\n' || c == '\t' || c == '\r' {
			return ' '
		}
		return c
	}, text)
}

// WriteCSV writes a line for each run, for pandas or a spreadsheet: id, kind, state, started, seconds, outcome and note, then all settings, also those
// that do not differ, as settings.NAME, and the metrics as metrics.NAME.
func (c Comparison) WriteCSV(to io.Writer) error {
	settings, metrics := map[string]bool{}, map[string]bool{}
	for _, r := range c.Runs {
		for name := range r.Settings {
			settings[name] = true
		}
		for name := range r.Metrics {
			metrics[name] = true
		}
	}
	header := []string{"id", "kind", "state", "started", "seconds", "outcome", "note"}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		header = append(header, "settings."+name)
	}
	for _, name := range slices.Sorted(maps.Keys(metrics)) {
		header = append(header, "metrics."+name)
	}
	w := csv.NewWriter(to)
	w.Write(header)
	for _, r := range c.Runs {
		line := []string{r.ID, r.Kind, string(r.State), r.Started.Format(time.RFC3339), strconv.FormatFloat(r.Seconds, 'g', -1, 64), r.Outcome, r.Note}
		for _, name := range slices.Sorted(maps.Keys(settings)) {
			line = append(line, r.Settings[name])
		}
		for _, name := range slices.Sorted(maps.Keys(metrics)) {
			cell := ""
			if v, ok := r.Metrics[name]; ok {
				cell = strconv.FormatFloat(v, 'g', -1, 64)
			}
			line = append(line, cell)
		}
		w.Write(line)
	}
	w.Flush()
	return w.Error()
}
