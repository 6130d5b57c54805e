package studio

import (
	"cmp"
	"slices"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// samplingView are the controls that say which images the next batch is chosen from, each option with how many images it
// would leave if it were chosen and the other controls stayed.
type samplingView struct {
	Status  []optionView `json:"status"`
	Exclude []optionView `json:"exclude"`
	Subset  []optionView `json:"subset"`
	Remain  int          `json:"remain"` // images that can be chosen now
}

type optionView struct {
	Name   string `json:"name"` // as the event sample takes it
	Title  string `json:"title"`
	N      int    `json:"n"`
	Chosen bool   `json:"chosen,omitempty"`
}

// statusOption and excludeOption are choices by name.
type (
	statusOption struct {
		name   string
		status labels.Status
		done   bool // of any status: fully labelled ones, too
	}
	excludeOption struct {
		name    string
		exclude labels.ExcludeStatus
		unsure  bool
	}
)

// The options. "to label" is what is not fully labelled.
var (
	statuses = []statusOption{
		{name: "to label"}, {name: "unlabelled", status: labels.Unlabelled}, {name: "partly", status: labels.Partial},
		{name: "labelled", status: labels.Labelled}, {name: "any", done: true},
	}
	excludes = []excludeOption{
		{name: "in use"}, {name: "held out", exclude: labels.Validation}, {name: "excluded", exclude: labels.Excluded}, {name: "unsure", unsure: true},
	}
	subsetKinds = []labels.SubsetKind{labels.ClassUnknown, labels.ClassPresent, labels.ClassAbsent}
	subsetWords = map[labels.SubsetKind]string{labels.ClassUnknown: "not said: ", labels.ClassPresent: "with ", labels.ClassAbsent: "without "}
)

// sample changes the filter, the strategy or both.
func (s *Session) sample(e host.Event) error {
	var data struct {
		Status   string `json:"status"`
		Exclude  string `json:"exclude"`
		Subset   string `json:"subset"`
		Strategy string `json:"strategy"`
	}
	if err := decode(e, &data); err != nil {
		return err
	}
	f, done := s.filter, s.done
	if data.Status != "" {
		i := slices.IndexFunc(statuses, func(o statusOption) bool { return o.name == data.Status })
		if i < 0 {
			return wish("There is no status %q.", data.Status)
		}
		f.Status, done = statuses[i].status, statuses[i].done
	}
	if data.Exclude != "" {
		i := slices.IndexFunc(excludes, func(o excludeOption) bool { return o.name == data.Exclude })
		if i < 0 {
			return wish("There is no choice %q of images.", data.Exclude)
		}
		f.Exclude, f.Unsure = excludes[i].exclude, excludes[i].unsure
	}
	if data.Subset != "" {
		var err error
		if f.Subset, err = labels.ParseFilter(data.Subset); err != nil {
			return wish("%v", err)
		}
	}
	s.filter, s.done = f, done
	if data.Strategy != "" {
		s.strategy, s.batchwise = data.Strategy, ""
	}
	return nil
}

// passes says whether a row of a status passes, as Suggest takes it.
func (o statusOption) passes(is labels.Status) bool {
	if o.status == labels.AnyStatus {
		return o.done || is != labels.Labelled
	}
	return is == o.status
}

// passes says whether a row's flags pass.
func (o excludeOption) passes(t *labels.Table, row int) bool {
	switch o.exclude {
	case labels.Excluded:
		return t.Excluded(row)
	case labels.Validation:
		return t.Validation(row)
	}
	return !t.Excluded(row) && (!o.unsure || t.Unsure(row))
}

// chosenOptions are the two that are chosen now.
func (s *Session) chosenOptions() (statusOption, excludeOption) {
	return statusOption{status: s.filter.Status, done: s.done}, excludeOption{exclude: s.filter.Exclude, unsure: s.filter.Unsure}
}

// sources is what of the image index the counts need, read once: it does not change while a session lasts.
type sources struct {
	usable []bool
	subset []int // index in names
	names  []string
}

func readSources(index *imageset.Index) sources {
	s := sources{usable: make([]bool, index.Len()), subset: make([]int, index.Len())}
	ids := map[string]int{}
	for row := range index.Len() {
		im := index.At(row)
		s.usable[row] = im.Problem == ""
		id, ok := ids[im.Subset]
		if !ok {
			id = len(s.names)
			ids[im.Subset] = id
			s.names = append(s.names, im.Subset)
		}
		s.subset[row] = id
	}
	return s
}

// counted is the last result of countOptions.
type counted struct {
	at      time.Time
	version int64
	filter  labels.Filter
	done    bool
	view    samplingView
}

// stays is how long counts are shown that a label may have changed: to go through 100,000 images takes milliseconds, and
// every label waits for its view.
const stays = 500 * time.Millisecond

// sampling counts what each option would leave; s.mu is held.
func (s *Session) sampling(now time.Time) samplingView {
	version := s.project.Labels().Version()
	c := &s.counted
	if c.at.IsZero() || c.filter != s.filter || c.done != s.done || c.version != version && now.Sub(c.at) >= stays {
		*c = counted{now, version, s.filter, s.done, s.countOptions()}
	}
	return c.view
}

// countOptions goes through the table once.
func (s *Session) countOptions() samplingView {
	t := s.project.Labels().Table()
	classes := t.Classes()
	class, known := t.Class(s.filter.Subset.Name)
	inSubset := func(row int) bool {
		switch s.filter.Subset.Kind {
		case labels.ClassUnknown:
			return known && t.Value(row, class) == labels.Unknown
		case labels.ClassPresent:
			return known && t.Value(row, class) == labels.Present
		case labels.ClassAbsent:
			return known && t.Value(row, class) == labels.Absent
		case labels.InSubset:
			return s.sources.names[s.sources.subset[row]] == s.filter.Subset.Name
		}
		return true
	}
	var v samplingView
	byStatus, byFlag := make([]int, len(statuses)), make([]int, len(excludes))
	byClass, bySubset := make([][3]int, len(classes)), make([]int, len(s.sources.names))
	all := 0
	wantStatus, wantFlag := s.chosenOptions()
	for row := range min(t.Len(), len(s.sources.usable)) {
		if !s.sources.usable[row] {
			continue
		}
		status, in := t.Status(row), inSubset(row)
		right, flag := wantStatus.passes(status), wantFlag.passes(t, row)
		for i, o := range statuses {
			if flag && in && o.passes(status) {
				byStatus[i]++
			}
		}
		for i, o := range excludes {
			if right && in && o.passes(t, row) {
				byFlag[i]++
			}
		}
		if !right || !flag {
			continue
		}
		all++
		if in {
			v.Remain++
		}
		for c := range classes {
			byClass[c][t.Value(row, c)+1]++
		}
		bySubset[s.sources.subset[row]]++
	}
	for i, o := range statuses {
		v.Status = append(v.Status, optionView{o.name, o.name, byStatus[i], o.status == wantStatus.status && o.done == wantStatus.done})
	}
	for i, o := range excludes {
		v.Exclude = append(v.Exclude, optionView{o.name, o.name, byFlag[i], o.exclude == wantFlag.exclude && o.unsure == wantFlag.unsure})
	}
	v.Subset = []optionView{{"all", "all images", all, s.filter.Subset.Kind == labels.All}}
	for c, name := range classes {
		for _, kind := range subsetKinds {
			value := map[labels.SubsetKind]labels.Tri{labels.ClassUnknown: labels.Unknown, labels.ClassPresent: labels.Present, labels.ClassAbsent: labels.Absent}[kind]
			f := labels.SubsetFilter{Kind: kind, Name: name}
			v.Subset = append(v.Subset, optionView{f.String(), subsetWords[kind] + name, byClass[c][value+1], f == s.filter.Subset})
		}
	}
	for _, i := range s.sources.sorted() {
		name := s.sources.names[i]
		f := labels.SubsetFilter{Kind: labels.InSubset, Name: name}
		v.Subset = append(v.Subset, optionView{f.String(), "from " + name, bySubset[i], f == s.filter.Subset})
	}
	return v
}

// sorted lists the subsets that have a name, by name.
func (s sources) sorted() []int {
	var list []int
	for i, name := range s.names {
		if name != "" {
			list = append(list, i)
		}
	}
	slices.SortFunc(list, func(a, b int) int { return cmp.Compare(s.names[a], s.names[b]) })
	return list
}

// describeChoice says in words which images are chosen.
func (s *Session) describeChoice() string {
	words := ""
	wantStatus, wantFlag := s.chosenOptions()
	for _, o := range statuses {
		if o.status == wantStatus.status && o.done == wantStatus.done {
			words = o.name
		}
	}
	for _, o := range excludes {
		if o.exclude == wantFlag.exclude && o.unsure == wantFlag.unsure {
			words += ", " + o.name
		}
	}
	if s.filter.Subset.Kind != labels.All {
		words += ", " + s.filter.Subset.String()
	}
	return words
}

// share is n of the usable images.
func share(n int, s sources) float64 {
	usable := 0
	for _, ok := range s.usable {
		if ok {
			usable++
		}
	}
	if usable == 0 {
		return 0
	}
	return float64(n) / float64(usable)
}
