package mlflow

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
)

// The messages of the interface, with the fields that are used.
type (
	metric struct {
		Key       string  `json:"key"`
		Value     float64 `json:"value"`
		Timestamp int64   `json:"timestamp"` // ms
		Step      int64   `json:"step"`
	}
	pair struct { // a parameter or a tag
		Key   string `json:"key"`
		Value string `json:"value"`
	}
	batch struct {
		RunID   string   `json:"run_id"`
		Metrics []metric `json:"metrics,omitempty"`
		Params  []pair   `json:"params,omitempty"`
		Tags    []pair   `json:"tags,omitempty"`
	}
	runInfo struct {
		RunID       string `json:"run_id"`
		ArtifactURI string `json:"artifact_uri"`
	}
	foundRun struct {
		Info runInfo `json:"info"`
	}
)

// idTag finds a run again by Options.ID.
const idTag = "patchwork.id"

// experiment returns the ID of the experiment, which it makes if there is none.
func (c *client) experiment(ctx context.Context) (string, error) {
	var found struct {
		Experiment struct {
			ID    string `json:"experiment_id"`
			Stage string `json:"lifecycle_stage"`
		} `json:"experiment"`
	}
	ask := func() error {
		return c.get(ctx, "experiments/get-by-name", url.Values{"experiment_name": {c.o.Experiment}}, &found)
	}
	err := ask()
	if isCode(err, "RESOURCE_DOES_NOT_EXIST") {
		var made struct {
			ID string `json:"experiment_id"`
		}
		err = c.post(ctx, "experiments/create", map[string]string{"name": c.o.Experiment}, &made)
		if err == nil {
			return made.ID, nil
		}
		if isCode(err, "RESOURCE_ALREADY_EXISTS") { // another training was faster
			err = ask()
		}
	}
	if err == nil && found.Experiment.Stage == "deleted" {
		err = &refusal{http.StatusGone, "", fmt.Sprintf("the experiment %q is in MLflow's trash; take it out, or give another name", c.o.Experiment)}
	}
	return found.Experiment.ID, err
}

// open finds the run of Options.ID, or makes one.
func (c *client) open(ctx context.Context, begun time.Time) (runInfo, error) {
	experiment, err := c.experiment(ctx)
	if err != nil {
		return runInfo{}, err
	}
	tags := []pair{{"mlflow.source.name", "patchwork"}, {"mlflow.source.type", "LOCAL"}}
	if c.o.ID != "" {
		var found struct {
			Runs []foundRun `json:"runs"`
		}
		filter := fmt.Sprintf("tags.`%s` = '%s'", idTag, c.o.ID)
		err := c.post(ctx, "runs/search", map[string]any{"experiment_ids": []string{experiment}, "filter": filter, "max_results": 1}, &found)
		if err != nil {
			return runInfo{}, err
		}
		if len(found.Runs) > 0 {
			info := found.Runs[0].Info
			return info, c.update(ctx, info.RunID, map[string]any{"status": "RUNNING"})
		}
		tags = append(tags, pair{idTag, c.o.ID})
	}
	in := map[string]any{"experiment_id": experiment, "start_time": begun.UnixMilli(), "tags": tags}
	if c.o.Name != "" {
		in["run_name"] = c.o.Name
	}
	var made struct {
		Run foundRun `json:"run"`
	}
	err = c.post(ctx, "runs/create", in, &made)
	if err == nil && made.Run.Info.RunID == "" {
		err = errors.New("mlflow: runs/create: the answer names no run")
	}
	return made.Run.Info, err
}

// update changes status, end_time or the like of a run.
func (c *client) update(ctx context.Context, run string, fields map[string]any) error {
	fields["run_id"] = run
	return c.post(ctx, "runs/update", fields, nil)
}

// errNoProxy: the server keeps artifacts where only a client with access to that place can put them.
var errNoProxy = errors.New("the server does not take files itself; start it with --serve-artifacts")

// upload puts a file into the run's artifacts, through the server.
func (c *client) upload(ctx context.Context, run runInfo, name string, data []byte) error {
	rest, ok := strings.CutPrefix(run.ArtifactURI, "mlflow-artifacts:")
	if !ok {
		return errNoProxy
	}
	if strings.HasPrefix(rest, "//") { // with a host, which is the server's own
		_, rest, _ = strings.Cut(rest[2:], "/")
	}
	u := url.URL{Path: path.Join("/api/2.0/mlflow-artifacts/artifacts", rest, name)}
	return c.do(ctx, http.MethodPut, u.EscapedPath(), "application/octet-stream", data, nil)
}
