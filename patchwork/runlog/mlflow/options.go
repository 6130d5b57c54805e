package mlflow

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Options says where a training is recorded.
type Options struct {
	URL        string // of the server, as http://localhost:5000
	Experiment string // made if it is not there; "" means Default, as in MLflow
	Name       string // of the run; "" lets the server choose
	ID         string // that finds the run again when the training goes on after a stop; "": each Start makes a run

	User, Password string // basic authentication
	Token          string // else a bearer token

	Timeout  time.Duration // of a request; 0 means 10 s
	Patience time.Duration // the longest that Close waits for the server; 0 means 15 s

	// Warn, if not nil, hears of the first trouble with the server, from another goroutine.
	Warn func(error)
}

var goodID = regexp.MustCompile(`^[A-Za-z0-9_-]{0,250}$`)

// FromEnvironment fills in what is empty from the variables that MLflow's own client reads: MLFLOW_TRACKING_URI, MLFLOW_EXPERIMENT_NAME,
// MLFLOW_TRACKING_USERNAME, MLFLOW_TRACKING_PASSWORD and MLFLOW_TRACKING_TOKEN. get is os.Getenv.
func (o Options) FromEnvironment(get func(name string) string) Options {
	for name, field := range map[string]*string{
		"MLFLOW_TRACKING_URI": &o.URL, "MLFLOW_EXPERIMENT_NAME": &o.Experiment,
		"MLFLOW_TRACKING_USERNAME": &o.User, "MLFLOW_TRACKING_PASSWORD": &o.Password, "MLFLOW_TRACKING_TOKEN": &o.Token,
	} {
		if *field == "" {
			*field = get(name)
		}
	}
	return o
}

// Check says what is wrong with o, as Start does.
func (o Options) Check() error {
	_, err := o.withDefaults()
	return err
}

// withDefaults is a copy with the defaults, and a user and password that stood in the URL taken out of it. Its errors do not repeat
// the URL, which may hold a password that cannot be told from the rest.
func (o Options) withDefaults() (Options, error) {
	for _, d := range []struct {
		field *time.Duration
		zero  time.Duration
	}{{&o.Timeout, 10 * time.Second}, {&o.Patience, 15 * time.Second}} {
		if *d.field < 0 {
			return o, fmt.Errorf("mlflow.Options: Timeout is %v and Patience %v; want 0 or more", o.Timeout, o.Patience)
		}
		if *d.field == 0 {
			*d.field = d.zero
		}
	}
	if o.Experiment == "" {
		o.Experiment = "Default"
	}
	if o.URL == "" {
		return o, errors.New("mlflow.Options: URL is empty; give the address of the tracking server or set MLFLOW_TRACKING_URI, as to http://localhost:5000")
	}
	u, err := url.Parse(o.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return o, errors.New("mlflow.Options: URL is no address of a tracking server; want http:// or https:// and a host, as http://localhost:5000")
	}
	if u.User != nil {
		if password, ok := u.User.Password(); ok && o.User == "" && o.Password == "" {
			o.User, o.Password = u.User.Username(), password
		}
		u.User = nil
	}
	o.URL = strings.TrimRight(u.String(), "/")
	if !goodID.MatchString(o.ID) {
		return o, fmt.Errorf("mlflow.Options: ID is %q; want letters, digits, - and _", o.ID)
	}
	if (o.User == "") != (o.Password == "") {
		return o, errors.New("mlflow: basic authentication wants a user and a password; one of them is missing (MLFLOW_TRACKING_USERNAME, MLFLOW_TRACKING_PASSWORD)")
	}
	return o, nil
}
