package studio

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/runlog"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// settingView is a setting of the next training: what classify says of it, and its value as text, "" for the default. The
// page makes a control of each, whatever they are.
type settingView struct {
	classify.Setting
	Value string `json:"value"`
}

// runView is a training on record.
type runView struct {
	ID       string  `json:"id"`
	When     string  `json:"when"`
	Seconds  float64 `json:"seconds"`
	Images   int     `json:"images"`
	Accuracy *number `json:"accuracy"` // on the images held out; null where there were none
	AUC      *number `json:"auc"`
	Outcome  string  `json:"outcome"`
	Settings string  `json:"settings"` // those that were not left at their defaults
	Note     string  `json:"note"`
}

// runsShown is how many runs a page lists.
const runsShown = 30

// fullTrainView is the training with what can be set and what has been.
func (s *Session) fullTrainView() trainView {
	v := s.trainView()
	for _, setting := range classify.Settings() {
		v.Settings = append(v.Settings, settingView{setting, setting.Get(s.options)})
	}
	v.Runs = s.runs
	return v
}

// configure sets what the next training is given. All that is wrong is said at once, and then nothing changes.
func (s *Session) configure(values map[string]string) error {
	o := s.options
	var wrong []string
	known := classify.Settings()
	for _, setting := range known {
		if text, ok := values[setting.Name]; ok {
			if err := setting.Set(&o, text); err != nil {
				wrong = append(wrong, strings.TrimPrefix(err.Error(), "classify: "))
			}
		}
	}
	for name := range values {
		if !slices.ContainsFunc(known, func(k classify.Setting) bool { return k.Name == name }) {
			wrong = append(wrong, fmt.Sprintf("there is no setting %q", name))
		}
	}
	if len(wrong) > 0 {
		slices.Sort(wrong)
		return wish("Not trained: %s.", strings.Join(wrong, "; "))
	}
	s.options = o
	return nil
}

// readRuns reads the records; s.mu is held or s not yet shared. One that cannot be read is left out: the command line
// names it.
func (s *Session) readRuns() {
	runs, _ := s.project.Runs()
	s.runs = nil
	for _, r := range runs {
		if r.Kind != "train" && r.Kind != "finetune" || r.State == runlog.Running || len(s.runs) == runsShown { // the trials of a search are a table of their own
			continue
		}
		v := runView{ID: r.ID, When: r.Started.Local().Format("2 Jan 15:04"), Seconds: r.Seconds, Images: int(r.Metrics["images"]), Outcome: r.Outcome, Note: r.Note}
		for name, to := range map[string]**number{"validation/accuracy": &v.Accuracy, "validation/auc": &v.AUC} {
			if m, ok := r.Metrics[name]; ok {
				n := number(m)
				*to = &n
			}
		}
		v.Settings = settingsOf(r)
		s.runs = append(s.runs, v)
	}
}

func settingsOf(r runlog.Run) string {
	var words []string
	asked := r.Asked()
	for _, name := range append(names(classify.Settings()), "start", "rule") {
		if v := asked[name]; v != "" {
			words = append(words, strings.ReplaceAll(name, "_", " ")+" "+v)
		}
	}
	return strings.Join(words, ", ")
}

func names(settings []classify.Setting) []string {
	list := make([]string, len(settings))
	for i, s := range settings {
		list[i] = s.Name
	}
	return list
}

// noteRun keeps a person's note of a run.
func (s *Session) noteRun(e host.Event) error {
	var data struct {
		ID   string `json:"id"`
		Text string `json:"text"`
	}
	if err := decode(e, &data); err != nil {
		return err
	}
	if !slices.ContainsFunc(s.runs, func(r runView) bool { return r.ID == data.ID }) {
		return wish("There is no run %q.", data.ID)
	}
	if err := s.project.NoteRun(data.ID, data.Text); err != nil {
		return wish("The note is not kept: %v", err)
	}
	s.readRuns()
	return nil
}
