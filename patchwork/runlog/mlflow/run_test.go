package mlflow

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

func start(t *testing.T, o Options) *Run {
	t.Helper()
	r, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestARun(t *testing.T) {
	f := newFake(t)
	r := start(t, Options{URL: f.URL + "/", Experiment: "aerial photos & more", Name: "simclr", ID: "abc-1"})
	long := map[string]string{"text": strings.Repeat("ä", 7000)}
	for i := range 250 {
		long[fmt.Sprint("setting ", i)] = fmt.Sprint(i)
	}
	r.Params(long)
	r.Tags(map[string]string{"mlflow.note.content": strings.Repeat("<", 6000)})
	for step := range 1234 {
		r.Metrics(step, map[string]float64{"loss": 1 / float64(step+1), "features/effective rank": 7, "nan": math.NaN(), "../ü:x": float64(step)})
	}
	r.File("views/start 1.png", []byte("PNG"))
	if err := r.Close(Finished); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(Failed); err != nil {
		t.Errorf("closed again: %v", err)
	}
	r.Metrics(9999, map[string]float64{"loss": 1}) // nobody hears it
	if len(f.runs) != 1 {
		t.Fatalf("%d runs", len(f.runs))
	}
	run := f.runs[0]
	if run.experiment != f.experiments["aerial photos & more"] || run.name != "simclr" || run.status != "FINISHED" || run.ended < run.begun || run.tags["patchwork.id"] != "abc-1" {
		t.Errorf("the run is %q of %q, %q from %d to %d, tags %v", run.name, run.experiment, run.status, run.begun, run.ended, run.tags)
	}
	if len(run.params) != 251 || run.params["text"] != strings.Repeat("ä", 6000) || run.params["setting 249"] != "249" {
		t.Errorf("%d settings", len(run.params))
	}
	if len(run.tags["mlflow.note.content"]) != 5000 {
		t.Errorf("the note has %d characters", len(run.tags["mlflow.note.content"]))
	}
	sums, counts := map[string]float64{}, map[string]int{}
	for _, m := range run.metrics {
		sums[m.Key] += m.Value
		counts[m.Key]++
		if m.Key == "loss" && m.Value != 1/float64(m.Step+1) {
			t.Errorf("the loss of step %d is %g", m.Step, m.Value)
		}
	}
	if len(counts) != 3 || counts["loss"] != 1234 || counts["ü_x"] != 1234 || sums["ü_x"] != 1234*1233/2 || counts["features/effective rank"] != 1234 {
		t.Errorf("the numbers are %v", counts)
	}
	if got := f.artifacts[run.experiment+"/run0/artifacts/views/start 1.png"]; got != "PNG" {
		t.Errorf("the artifacts are %v", f.artifacts)
	}
}

func TestATrainingThatGoesOnKeepsItsRun(t *testing.T) {
	f := newFake(t)
	for i, status := range []Status{Killed, Finished} {
		r := start(t, Options{URL: f.URL, ID: "one"})
		r.Params(map[string]string{"rate": "0.1"})
		r.Metrics(i, map[string]float64{"loss": 1})
		if err := r.Close(status); err != nil {
			t.Fatal(err)
		}
		if got := f.runs[0].status; got != string(status) {
			t.Errorf("the status is %s, want %s", got, status)
		}
	}
	other := start(t, Options{URL: f.URL, ID: "two"})
	other.Params(map[string]string{"rate": "0.2"})
	if err := other.Close(Finished); err != nil {
		t.Fatal(err)
	}
	if len(f.runs) != 2 || len(f.runs[0].metrics) != 2 {
		t.Errorf("%d runs, the first with %d numbers; want 2 and 2", len(f.runs), len(f.runs[0].metrics))
	}
}

func TestAuthentication(t *testing.T) {
	for _, tt := range []struct{ user, password, token, want string }{
		{"ada", "pa:ss", "", "Basic YWRhOnBhOnNz"}, // base64 of ada:pa:ss, by coreutils
		{"", "", "tok", "Bearer tok"},
		{"ada", "pa:ss", "tok", "Basic YWRhOnBhOnNz"},
		{"", "", "", ""},
	} {
		f := newFake(t)
		f.before = func(_ http.ResponseWriter, r *http.Request, _ int) bool {
			if got := r.Header.Get("Authorization"); got != tt.want {
				t.Errorf("%+v: the header is %q", tt, got)
			}
			return false
		}
		r := start(t, Options{URL: f.URL, User: tt.user, Password: tt.password, Token: tt.token})
		r.File("x", []byte("x"))
		if err := r.Close(Finished); err != nil {
			t.Error(err)
		}
	}
}

// warnings gathers what Options.Warn hears.
type warnings struct {
	mu  sync.Mutex
	all []error
}

func (w *warnings) hear(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, err)
}

func TestNoSecretIsTold(t *testing.T) {
	const password, token = "geheim-passwort", "geheim-token"
	for status, want := range map[int]string{401: "check MLFLOW_TRACKING_USERNAME", 403: "MLFLOW_TRACKING_TOKEN", 400: "(hidden)", 302: "moved to https://login.example"} {
		f := newFake(t)
		f.before = func(w http.ResponseWriter, r *http.Request, _ int) bool {
			w.Header().Set("Location", "https://login.example/?next="+password)
			w.WriteHeader(status)
			fmt.Fprintf(w, `{"error_code": "X", "message": "you sent %s and %s"}`, password, token)
			return true
		}
		var told warnings
		r := start(t, Options{URL: strings.Replace(f.URL, "http://", "http://ada:"+password+"@", 1), Token: token, Warn: told.hear})
		r.Metrics(1, map[string]float64{"loss": 1, "rate": 2})
		err := r.Close(Finished)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "2 numbers are missing; the run is not marked as ended") {
			t.Errorf("%d: %v", status, err)
		}
		if len(told.all) != 1 || f.count("") != 1 {
			t.Errorf("%d: %d warnings, %d requests; want one of each: what is refused for good is not asked again", status, len(told.all), f.count(""))
		}
		for _, text := range []string{fmt.Sprint(err), fmt.Sprint(told.all)} {
			if strings.Contains(text, "geheim") {
				t.Errorf("%d: a secret is told: %s", status, text)
			}
		}
	}
	for _, url := range []string{"http://ada:" + password + "@[::1", "ftp://ada:" + password + "@host", "http://host/?token=" + token, ":" + token, "host:5000"} {
		if _, err := Start(Options{URL: url}); err == nil || strings.Contains(err.Error(), "geheim") || !strings.Contains(err.Error(), "http://localhost:5000") {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestAServerThatIsAwayForAMoment(t *testing.T) {
	f := newFake(t)
	f.before = func(w http.ResponseWriter, r *http.Request, n int) bool {
		switch n {
		case 1:
			w.WriteHeader(503)
		case 3: // runs/search, cut off
			panic(http.ErrAbortHandler)
		case 6: // a batch whose answer is lost
			f.before = nil
			f.ServeHTTP(discarded{}, r)
			w.WriteHeader(500)
		default:
			return false
		}
		return true
	}
	var told warnings
	r := start(t, Options{URL: f.URL, ID: "x", Warn: told.hear, Patience: time.Minute})
	r.Metrics(1, map[string]float64{"loss": 1})
	if err := r.Close(Finished); err != nil {
		t.Fatal(err)
	}
	if len(f.runs) != 1 || len(f.runs[0].metrics) != 1 || f.runs[0].status != "FINISHED" {
		t.Errorf("the runs are %+v", f.runs)
	}
	if len(told.all) != 1 || !strings.Contains(told.all[0].Error(), "503 Service Unavailable") {
		t.Errorf("told: %v", told.all)
	}
}

type discarded struct{}

func (discarded) Header() http.Header         { return http.Header{} }
func (discarded) Write(b []byte) (int, error) { return len(b), nil }
func (discarded) WriteHeader(int)             {}

func TestAServerThatGoesAwayHoldsNothingUp(t *testing.T) {
	f := newFake(t)
	told := make(chan error, 1)
	r := start(t, Options{URL: f.URL, Patience: 10 * time.Millisecond, Warn: func(err error) { told <- err }})
	for f.count("runs/create") == 0 {
		time.Sleep(time.Millisecond)
	}
	f.Server.CloseClientConnections()
	f.Server.Close()
	r.Metrics(0, map[string]float64{"loss": 1})
	<-told
	for step := range 100_000 { // more than the queue takes
		r.Metrics(step, map[string]float64{"loss": 1})
	}
	r.File("huge", make([]byte, filesMost+1))
	r.mu.Lock()
	waiting := len(r.waiting.steps)
	r.mu.Unlock()
	if waiting > stepsMost {
		t.Errorf("%d steps wait, want %d at most", waiting, stepsMost)
	}
	err := r.Close(Finished)
	if err == nil || !strings.Contains(err.Error(), "100001 numbers are missing; 1 files are missing") || !strings.Contains(err.Error(), "mlflow/runs/") {
		t.Errorf("closed: %v", err)
	}
}

func TestAServerThatDoesNotAnswer(t *testing.T) {
	f := newFake(t)
	free := make(chan struct{})
	defer close(free)
	f.before = func(_ http.ResponseWriter, r *http.Request, _ int) bool {
		select {
		case <-free:
		case <-r.Context().Done():
		}
		return true
	}
	told := make(chan error, 1)
	r := start(t, Options{URL: f.URL, Timeout: 20 * time.Millisecond, Patience: 100 * time.Millisecond, Warn: func(err error) { told <- err }})
	r.Params(map[string]string{"rate": "1"})
	<-told
	err := r.Close(Finished)
	if err == nil || !strings.Contains(err.Error(), "1 settings are missing") || !strings.Contains(err.Error(), "Timeout") {
		t.Errorf("closed: %v", err)
	}
	never := start(t, Options{URL: f.URL, Patience: 10 * time.Millisecond})
	if err := never.Close(Finished); err == nil || !strings.Contains(err.Error(), "has not taken it within 10ms of the end") {
		t.Errorf("closed at once: %v", err)
	}
}

func TestARefusedBatchDoesNotStopTheRest(t *testing.T) {
	f := newFake(t)
	f.root = "s3://bucket/"
	first := start(t, Options{URL: f.URL, ID: "x"})
	first.Params(map[string]string{"rate": "1"})
	if err := first.Close(Killed); err != nil {
		t.Fatal(err)
	}
	r := start(t, Options{URL: f.URL, ID: "x"})
	r.Params(map[string]string{"rate": "2"})
	r.Metrics(1, map[string]float64{"loss": 1})
	r.File("a.png", []byte("x"))
	err := r.Close(Finished)
	if err == nil || !strings.Contains(err.Error(), "1 settings are missing; 1 files are missing") || !errors.Is(err, errNoProxy) {
		t.Errorf("closed: %v", err)
	}
	if run := f.runs[0]; run.status != "FINISHED" || len(run.metrics) != 1 || run.params["rate"] != "1" {
		t.Errorf("the run is %+v", run)
	}
}

func TestExperiments(t *testing.T) {
	f := newFake(t)
	f.stage = "deleted"
	if err := start(t, Options{URL: f.URL}).Close(Finished); err == nil || !strings.Contains(err.Error(), `"Default" is in MLflow's trash; take it out`) {
		t.Errorf("a deleted experiment: %v", err)
	}
	g := newFake(t)
	g.before = func(w http.ResponseWriter, r *http.Request, n int) bool {
		if n == 2 { // another training makes it between question and order
			g.experiments["new"] = "7"
		}
		return false
	}
	if err := start(t, Options{URL: g.URL, Experiment: "new"}).Close(Finished); err != nil || g.runs[0].experiment != "7" {
		t.Errorf("made by another: %v", err)
	}
	h := newFake(t)
	h.before = func(w http.ResponseWriter, r *http.Request, n int) bool {
		fmt.Fprint(w, "<html>")
		return true
	}
	if err := start(t, Options{URL: h.URL}).Close(Finished); err == nil || !strings.Contains(err.Error(), "is not MLflow's JSON") {
		t.Errorf("another server: %v", err)
	}
}

func TestSlowServerLosesEveryOtherStep(t *testing.T) {
	var q queue
	for i := range 10 {
		q.steps = append(q.steps, step{step: i, values: map[string]float64{"a": 1, "b": 2}})
	}
	q.thin()
	if len(q.steps) != 5 || q.steps[4].step != 8 || q.left != 10 {
		t.Errorf("%d steps stay, the last is %d, %d numbers are left out", len(q.steps), q.steps[len(q.steps)-1].step, q.left)
	}
}

func TestOptions(t *testing.T) {
	environment := map[string]string{"MLFLOW_TRACKING_URI": "http://a:1", "MLFLOW_EXPERIMENT_NAME": "e", "MLFLOW_TRACKING_TOKEN": "t", "MLFLOW_TRACKING_USERNAME": "u", "MLFLOW_TRACKING_PASSWORD": "p"}
	o := Options{URL: "https://b", User: "v"}.FromEnvironment(func(name string) string { return environment[name] })
	if o.URL != "https://b" || o.Experiment != "e" || o.Token != "t" || o.User != "v" || o.Password != "p" {
		t.Errorf("from the environment: %+v", o)
	}
	for _, tt := range []struct {
		o    Options
		want string
	}{
		{Options{}, "MLFLOW_TRACKING_URI"}, {Options{URL: "http://a", User: "u"}, "one of them is missing"},
		{Options{URL: "http://a", Timeout: -1}, "Timeout is -1ns"}, {Options{URL: "http://a", ID: "x' OR"}, "want letters"},
	} {
		if _, err := Start(tt.o); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v", tt.o, err)
		}
	}
}

func TestNames(t *testing.T) {
	n := newNames()
	for name, want := range map[string]string{"loss": "loss", "a//b/": "a/b", "../..": "_", "x:y": "x_y", "grün ß": "grün ß"} {
		if got := n.key(name); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
	if got := n.key("x?y"); got != "x_y_2" || n.key("x?y") != got {
		t.Errorf("a second of one name becomes %q", got)
	}
}
