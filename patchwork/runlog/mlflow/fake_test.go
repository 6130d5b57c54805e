package mlflow

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

// fake is a tracking server that answers as the documentation says and takes nothing that it does not describe. What breaks the
// rules is an error of the test.
type fake struct {
	*httptest.Server
	t *testing.T

	// before, if not nil, sees each request first and may answer it: it then returns true.
	before func(w http.ResponseWriter, r *http.Request, n int) bool

	mu          sync.Mutex
	requests    []string // method and path
	experiments map[string]string
	stage       string // of all experiments
	runs        []*fakeRun
	artifacts   map[string]string
	root        string // of artifacts
}

type fakeRun struct {
	id, experiment, name, status string
	begun, ended                 int64
	metrics                      []metric
	params, tags                 map[string]string
}

func newFake(t *testing.T) *fake {
	f := &fake{t: t, experiments: map[string]string{"Default": "0"}, stage: "active", artifacts: map[string]string{}, root: "mlflow-artifacts:/"}
	f.Server = httptest.NewServer(f) // on 127.0.0.1
	t.Cleanup(f.Close)
	return f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.requests = append(f.requests, r.Method+" "+r.URL.Path)
	n := len(f.requests)
	f.mu.Unlock()
	if f.before != nil && f.before(w, r, n) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client went away
	}
	if len(body) > 1_000_000 {
		f.t.Errorf("%s has %d bytes", r.URL.Path, len(body))
	}
	endpoint, ok := strings.CutPrefix(r.URL.Path, "/api/2.0/mlflow/")
	if name, artifact := strings.CutPrefix(r.URL.Path, "/api/2.0/mlflow-artifacts/artifacts/"); artifact && r.Method == http.MethodPut {
		f.artifacts[name] = string(body)
		w.Write([]byte("{}"))
		return
	}
	wanted := http.MethodPost
	if endpoint == "experiments/get-by-name" {
		wanted = http.MethodGet
	}
	if !ok || r.Method != wanted {
		f.t.Errorf("a request %s %s", r.Method, r.URL)
	}
	if wanted == http.MethodPost && r.Header.Get("Content-Type") != "application/json" {
		f.t.Errorf("%s is of the type %q", r.URL, r.Header.Get("Content-Type"))
	}
	answer, code := f.answer(endpoint, r, body)
	if code != "" {
		w.WriteHeader(map[string]int{"RESOURCE_DOES_NOT_EXIST": 404}[code] | map[string]int{"RESOURCE_ALREADY_EXISTS": 400, "INVALID_PARAMETER_VALUE": 400}[code])
		answer = map[string]string{"error_code": code, "message": fmt.Sprint(answer)}
	}
	json.NewEncoder(w).Encode(answer)
}

func (f *fake) answer(endpoint string, r *http.Request, body []byte) (answer any, code string) {
	read := func(in any) {
		d := json.NewDecoder(strings.NewReader(string(body)))
		d.DisallowUnknownFields()
		if err := d.Decode(in); err != nil {
			f.t.Errorf("%s: %v in %s", endpoint, err, body)
		}
	}
	none := struct{}{}
	switch endpoint {
	case "experiments/get-by-name":
		name := r.URL.Query().Get("experiment_name")
		id, ok := f.experiments[name]
		if !ok {
			return "Could not find experiment with name " + name, "RESOURCE_DOES_NOT_EXIST"
		}
		return map[string]any{"experiment": map[string]any{"experiment_id": id, "name": name, "artifact_location": f.root + id, "lifecycle_stage": f.stage}}, ""
	case "experiments/create":
		var in struct{ Name string }
		read(&in)
		if _, ok := f.experiments[in.Name]; ok || in.Name == "" {
			return "Experiment(name=" + in.Name + ") already exists.", "RESOURCE_ALREADY_EXISTS"
		}
		f.experiments[in.Name] = fmt.Sprint(len(f.experiments))
		return map[string]any{"experiment_id": f.experiments[in.Name]}, ""
	case "runs/search":
		var in struct {
			IDs    []string `json:"experiment_ids"`
			Filter string
			Most   int `json:"max_results"`
		}
		read(&in)
		m := regexp.MustCompile("^tags\\.`([a-z.]+)` = '([^']*)'$").FindStringSubmatch(in.Filter)
		if m == nil {
			f.t.Fatalf("the filter is %q", in.Filter)
		}
		found := []any{}
		for _, run := range f.runs {
			if slices.Contains(in.IDs, run.experiment) && run.tags[m[1]] == m[2] {
				found = append(found, f.describe(run))
			}
		}
		return map[string]any{"runs": found}, ""
	case "runs/create":
		var in struct {
			Experiment string `json:"experiment_id"`
			Name       string `json:"run_name"`
			Begun      int64  `json:"start_time"`
			Tags       []pair
		}
		read(&in)
		if in.Begun < 1_600_000_000_000 || !slices.Contains(slices.Collect(values(f.experiments)), in.Experiment) {
			f.t.Errorf("a run of the experiment %q begins at %d", in.Experiment, in.Begun)
		}
		run := &fakeRun{id: fmt.Sprintf("run%d", len(f.runs)), experiment: in.Experiment, name: in.Name, begun: in.Begun, status: "RUNNING", params: map[string]string{}, tags: map[string]string{}}
		f.pairs(in.Tags, run.tags, tagMost)
		f.runs = append(f.runs, run)
		return map[string]any{"run": f.describe(run)}, ""
	case "runs/update":
		var in struct {
			ID     string `json:"run_id"`
			Status string
			Ended  int64 `json:"end_time"`
		}
		read(&in)
		if !slices.Contains([]string{"RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"}, in.Status) {
			f.t.Errorf("the status is %q", in.Status)
		}
		run := f.run(in.ID)
		run.status, run.ended = in.Status, in.Ended
		return map[string]any{"run_info": none}, ""
	case "runs/log-batch":
		var in batch
		read(&in)
		run := f.run(in.RunID)
		if len(in.Metrics) > 1000 || len(in.Params) > 100 || len(in.Tags) > 100 || len(in.Metrics)+len(in.Params)+len(in.Tags) > 1000 {
			f.t.Errorf("a batch of %d, %d, %d", len(in.Metrics), len(in.Params), len(in.Tags))
		}
		for _, m := range in.Metrics {
			f.key(m.Key)
			if m.Timestamp < 1_600_000_000_000 {
				f.t.Errorf("%s is of the time %d", m.Key, m.Timestamp)
			}
			if !slices.Contains(run.metrics, m) {
				run.metrics = append(run.metrics, m)
			}
		}
		for _, p := range in.Params {
			if old, ok := run.params[p.Key]; ok && old != p.Value {
				return "Changing param values is not allowed.", "INVALID_PARAMETER_VALUE"
			}
		}
		f.pairs(in.Params, run.params, paramMost)
		f.pairs(in.Tags, run.tags, tagMost)
		return none, ""
	}
	f.t.Errorf("an unknown endpoint %s", endpoint)
	return none, ""
}

func values(m map[string]string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for _, v := range m {
			if !yield(v) {
				return
			}
		}
	}
}

func (f *fake) describe(r *fakeRun) any {
	return map[string]any{"info": map[string]any{"run_id": r.id, "experiment_id": r.experiment, "status": r.status, "start_time": r.begun,
		"artifact_uri": f.root + r.experiment + "/" + r.id + "/artifacts"}, "data": map[string]any{}}
}

func (f *fake) run(id string) *fakeRun {
	for _, r := range f.runs {
		if r.id == id {
			return r
		}
	}
	f.t.Errorf("there is no run %q", id)
	return &fakeRun{params: map[string]string{}, tags: map[string]string{}}
}

var goodKey = regexp.MustCompile(`^[/\p{L}\p{Nd}_. -]+$`)

func (f *fake) key(key string) {
	if !goodKey.MatchString(key) || strings.HasPrefix(key, "/") || strings.HasSuffix(key, "/") || strings.Contains("/"+key+"/", "/../") || strings.Contains(key, "//") || utf8.RuneCountInString(key) > 250 {
		f.t.Errorf("MLflow refuses the name %q", key)
	}
}

func (f *fake) pairs(list []pair, into map[string]string, most int) {
	seen := map[string]bool{}
	for _, p := range list {
		f.key(p.Key)
		if n := utf8.RuneCountInString(p.Value); n > most || seen[p.Key] {
			f.t.Errorf("%s has %d characters, and was there before: %v", p.Key, n, seen[p.Key])
		}
		seen[p.Key] = true
		into[p.Key] = p.Value
	}
}

// count is how many requests went to paths with an ending.
func (f *fake) count(ending string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.requests {
		if strings.HasSuffix(r, ending) {
			n++
		}
	}
	return n
}
