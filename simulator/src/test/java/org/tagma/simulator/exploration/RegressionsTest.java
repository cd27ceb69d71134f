package org.tagma.simulator.exploration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tagma.simulator.plan.PlanText;

/** Every plan that ever failed, for good: regressions.txt, a plan a line, with a word on what was wrong above it. */
class RegressionsTest {

    static Stream<String> plans() throws IOException {
        try (InputStream file = RegressionsTest.class.getResourceAsStream("/regressions.txt")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"));
        }
    }

    @ParameterizedTest
    @MethodSource("plans")
    void keepsItsPromises(String plan) {
        assertThat(Outcome.of(PlanText.parse(plan)).violation()).isEmpty();
    }
}
