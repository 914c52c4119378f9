"""The flow from end to end, with plugins that do as they are told: how runs end, and what is kept."""

import signal
import unittest

import harness
from harness import (BAD_FILE, DATA, DESTINATION, INTERRUPTED, OK, PLUGIN, SOURCE, TERMINATED, WEIR)

PLUGINS = WEIR.parent / "tests" / "plugins.d"


class FlowCase(harness.Case):
    def pipeline(self, extract="", load="", transform="", more=""):
        return f"""
            weir: 1
            name: numbers
            {more}
            extract: {{ type: count, {extract} }}
            transform: [{transform}]
            load: {{ type: slow, trace: "${{WORK}}/trace", {load} }}
            """

    def run_flow(self, *args, **parts):
        return self.run_weir(self.pipeline(**parts), "--plugins", PLUGINS, *args)

    def trace(self):
        return (self.work / "trace").read_text().split("\n")[:-1]

    def rows(self, result):
        return result.report["resources"][0]["rows"]


class Ends(FlowCase):
    def test_everything_is_loaded_and_committed_at_the_end(self):
        result = self.run_flow(extract="rows: 12345, unit_rows: 100")
        self.assert_exit(result, OK)
        self.assertEqual(self.rows(result)["read"], 12345)
        self.assertEqual(self.rows(result)["loaded"], 12345)
        self.assertEqual(self.trace()[0], "start 0")
        self.assertEqual(self.trace()[-2:], ["commit 12345", "stop 12345"])

    def test_batches_arrive_in_the_order_of_extraction(self):
        self.assert_exit(self.run_flow(extract="rows: 1000, unit_rows: 1"), OK)
        loads = [int(line.split()[1]) for line in self.trace() if line.startswith("load")]
        self.assertEqual(loads, list(range(1, 1001)))

    def test_no_rows_are_no_failure(self):
        result = self.run_flow(extract="rows: 0")
        self.assert_exit(result, OK)
        self.assertEqual(self.trace(), ["start 0", "commit 0", "stop 0"])

    def test_a_failing_source_leaves_what_came_before_it_committed(self):
        result = self.run_flow(extract="rows: 1000, unit_rows: 10, fail_after: 500")
        self.assert_exit(result, SOURCE)
        self.assertIn("error[E-COUNT]: extract: told to fail after 500 rows", result.err)
        self.assertIn("500 rows are committed", result.err)
        self.assertEqual(self.rows(result)["loaded"], 500)
        self.assertEqual(result.report["error"]["code"], "E-COUNT")

    def test_a_source_that_fails_without_a_word_is_named(self):
        result = self.run_flow(extract="rows: 1000, fail_silently_after: 20")
        self.assert_exit(result, PLUGIN)
        self.assertIn("without saying why", result.err)

    def test_a_source_that_cannot_start_loads_nothing(self):
        result = self.run_flow(extract="fail_start: true")
        self.assert_exit(result, SOURCE)
        self.assertEqual(self.rows(result)["loaded"], 0)
        self.assertEqual(self.trace()[-1], "stop of a part 0")

    def test_a_transform_that_fails_leaves_whole_units(self):
        result = self.run_flow(extract="rows: 1000, unit_rows: 10",
                               transform="{ type: faulty, id: 355 }")
        self.assert_exit(result, DATA)
        self.assertIn("transform 1 (faulty): row 4 has id 355", result.err)
        self.assertGreaterEqual(self.rows(result)["loaded"], 350)
        self.assertLess(self.rows(result)["loaded"], 990)
        self.assertEqual(self.rows(result)["loaded"] % 10, 0)

    def test_a_transform_that_cannot_start_stops_the_run(self):
        result = self.run_flow(transform="{ type: faulty, fail_start: true }")
        self.assert_exit(result, PLUGIN)
        self.assertEqual(self.rows(result)["loaded"], 0)

    def test_a_loader_that_cannot_start_stops_the_run(self):
        result = self.run_flow(load="fail_start: true")
        self.assert_exit(result, DESTINATION)
        self.assertEqual(self.rows(result)["read"], 0)
        self.assertEqual(self.trace(), ["start 0", "stop of a part 0"])

    def test_a_loader_that_refuses_a_batch_keeps_those_before(self):
        result = self.run_flow(extract="rows: 10000, unit_rows: 10", load="fail_after: 200")
        self.assert_exit(result, DATA)
        self.assertEqual(self.rows(result)["loaded"], 200)
        self.assertEqual(self.trace()[-2:], ["commit 200", "stop of a part 200"])

    def test_a_commit_that_fails_commits_nothing(self):
        result = self.run_flow(load="fail_commit: true")
        self.assert_exit(result, DESTINATION)
        self.assertEqual(self.rows(result)["loaded"], 0)

    def test_a_loader_that_cannot_end_well_fails_the_run(self):
        result = self.run_flow(load="fail_stop: true")
        self.assert_exit(result, DESTINATION)
        self.assertIn("load: told to fail in stop", result.err)

    def test_a_loader_is_told_whether_all_came(self):
        self.assert_exit(self.run_flow(extract="rows: 50"), OK)
        self.assertEqual(self.trace()[-1], "stop 50")
        self.assert_exit(self.run_flow(extract="rows: 50, fail_after: 20"), SOURCE)
        self.assertEqual(self.trace()[-1], "stop of a part 20")

    def test_a_loader_that_has_enough_ends_the_run_well(self):
        result = self.run_flow(extract="rows: 100000000, unit_rows: 10", load="enough_after: 50")
        self.assert_exit(result, OK)
        self.assertEqual(self.rows(result)["loaded"], 50)

    def test_rows_are_committed_as_batching_says(self):
        result = self.run_flow(extract="rows: 100, unit_rows: 10", load="batching: { rows: 30 }")
        self.assert_exit(result, OK)
        commits = [line for line in self.trace() if line.startswith("commit")]
        self.assertEqual(commits, ["commit 30", "commit 60", "commit 90", "commit 100"])

    def test_a_slow_source_is_committed_by_time(self):
        result = self.run_flow(extract="rows: 20, unit_rows: 10, wait: 700ms",
                               load="batching: { period: 100ms }")
        self.assert_exit(result, OK)
        commits = [line for line in self.trace() if line.startswith("commit")]
        self.assertEqual(commits[0], "commit 10")

    def test_the_time_of_a_run_is_bounded(self):
        result = self.run_flow(extract="rows: 100000000, unit_rows: 10",
                               more="limits: { run_time: 300ms }")
        self.assert_exit(result, DATA)
        self.assertIn("E-RUN-TIME", result.err)
        self.assertGreater(self.rows(result)["loaded"], 0)


class Memory(FlowCase):
    def test_a_slow_loader_slows_the_source(self):
        result = self.run_flow(
            "-q", extract="rows: 600000, unit_rows: 20000", load="wait: 50ms",
            more="limits: { memory: 8MiB }")
        self.assert_exit(result, OK)
        self.assertEqual(self.rows(result)["loaded"], 600000)
        if not harness.sanitized():
            self.assertLess(result.peak_rss, 48 << 20)


class Signals(FlowCase):
    def start_endless(self, load="wait: 1ms"):
        run = self.start_weir(self.pipeline(extract="rows: 100000000, unit_rows: 10", load=load),
                              "--plugins", PLUGINS)
        return run.when((self.work / "trace").exists)

    def end_by(self, number, code):
        run = self.start_endless()
        run.signal(number)
        result = self.check(run.wait())
        self.assert_exit(result, code)
        self.assertEqual(result.signal, 0)
        self.assertEqual(result.report["outcome"], "stopped")
        self.assertEqual(self.rows(result)["loaded"] % 10, 0)
        self.assertTrue(self.trace()[-1].startswith("stop"))

    def test_sigint_ends_cleanly(self):
        self.end_by(signal.SIGINT, INTERRUPTED)

    def test_sigterm_ends_cleanly(self):
        self.end_by(signal.SIGTERM, TERMINATED)

    def test_a_second_signal_ends_at_once(self):
        run = self.start_endless(load="wait: 10m")
        run.signal(signal.SIGINT)
        run.when(lambda: "stopping" in run.said())
        run.signal(signal.SIGINT)
        self.assertEqual(run.wait().code, INTERRUPTED)


class OnLoop(FlowCase):
    """A loader on the loop, each of whose callbacks waits."""

    def pipeline(self, extract="", load="", **_):
        return f"""
            weir: 1
            name: numbers
            extract: {{ type: count, {extract} }}
            load: {{ type: patient, {load} }}
            """

    def test_everything_is_loaded_and_committed(self):
        result = self.run_flow(extract="rows: 1234, unit_rows: 10",
                               load="wait: 1ms, keep: 5, hold: 2ms, newest_first: true")
        self.assert_exit(result, OK)
        self.assertEqual(self.rows(result)["read"], 1234)
        self.assertEqual(self.rows(result)["loaded"], 1234)
        self.assertEqual(result.report["outcome"], "done")

    def test_a_failure_outside_of_its_callbacks_ends_the_run(self):
        result = self.run_flow(extract="rows: 100000000, unit_rows: 10",
                               load="keep: 5, hold: 2ms, fail_in: timer, fail_after: 100")
        self.assert_exit(result, DESTINATION)
        self.assertIn("error[E-PATIENT]: load: told to fail in a timer", result.err)
        self.assertEqual(self.rows(result)["loaded"] % 10, 0)

    def test_sigint_ends_cleanly_while_it_waits(self):
        result = self.run_flow(extract="rows: 100000000, unit_rows: 10",
                               load="wait: 5ms, keep: 5, hold: 2ms, signal_in: load")
        self.assert_exit(result, INTERRUPTED)
        self.assertEqual(result.signal, 0)
        self.assertEqual(result.report["outcome"], "stopped")
        self.assertGreater(self.rows(result)["loaded"], 0)

    def test_a_second_signal_ends_at_once(self):
        run = self.start_weir(self.pipeline(extract="rows: 10", load="wait: 10m, signal_in: start"),
                              "--plugins", PLUGINS)
        run.when(lambda: "stopping" in run.said())
        run.signal(signal.SIGINT)
        self.assertEqual(run.wait().code, INTERRUPTED)

    def test_its_state_can_be_shown(self):
        pipeline = self.pipeline(load="wait: 1ms")
        result = self.run_weir(pipeline, "show", "--plugins", PLUGINS, command="state")
        self.assert_exit(result, OK)
        self.assertIn("E-PATIENT  3 rows", result.out)

    def test_a_replay_has_one_on_each_of_two_loops(self):
        result = self.run_weir(self.pipeline(load="wait: 1ms, keep: 2, hold: 1ms"),
                               "--plugins", PLUGINS, command="replay")
        self.assert_exit(result, OK)
        self.assertIn("3 rows put back, 0 set aside again", result.err)


class Mistakes(FlowCase):
    def test_a_missing_plugin_is_named_with_a_suggestion(self):
        result = self.run_weir("""
            weir: 1
            name: x
            extract: { type: conut }
            load: { type: slow }
            """, "--plugins", PLUGINS)
        self.assert_exit(result, PLUGIN)
        self.assertIn("pipeline.yaml:3:18: error[E-PLUGIN-MISSING]", result.err)
        self.assertIn("did you mean 'count'?", result.err)

    def test_a_plugin_of_another_abi_is_refused(self):
        result = self.run_flow(transform="{ type: newer }")
        self.assert_exit(result, PLUGIN)
        self.assertIn("E-PLUGIN-ABI", result.err)
        self.assertIn("built for plugin ABI 2, this weir has 1", result.err)

    def test_all_mistakes_are_told_at_once_in_line_order(self):
        result = self.run_weir("""
            weir: 1
            name: x
            limts: { memory: 64MiB }
            extract:
              type: count
              rows: many
              unit_rowz: 5
            transform:
              - { type: faulty, id: 1, resources: [y] }
            load: { type: slow, wait: 5 }
            """, "--plugins", PLUGINS)
        self.assert_exit(result, BAD_FILE)
        heads = [line for line in result.err.splitlines() if line.startswith("pipeline.yaml:")
                 or "pipeline.yaml:" in line and "error[" in line]
        places = [line.split("pipeline.yaml:")[1].split(": ")[0] for line in heads]
        self.assertEqual(places, ["3:1", "6:9", "7:3", "9:40", "10:27"])
        self.assertIn("unknown key 'limts'; did you mean 'limits'?", result.err)
        self.assertIn("unknown key 'unit_rowz'; did you mean 'unit_rows'?", result.err)

    def test_check_and_run_find_the_same(self):
        pipeline = self.pipeline(extract="rows: -5")
        errors = [self.run_weir(pipeline, "--plugins", PLUGINS, command=command).err
                  for command in ("check", "run")]
        self.assertEqual(errors[0], errors[1])
        self.assertIn("error[E-VALUE]", errors[0])

    def test_the_command_line_has_mistakes_too(self):
        result = self.run_weir(self.pipeline(), "--no-such-option")
        self.assert_exit(result, BAD_FILE)
        self.assertIn("--no-such-option", result.err)


if __name__ == "__main__":
    unittest.main()
