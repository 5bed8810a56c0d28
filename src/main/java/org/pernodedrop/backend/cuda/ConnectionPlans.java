package org.pernodedrop.backend.cuda;

import java.util.LinkedHashMap;
import java.util.Map;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.cuda.ConnectionPass;
import org.pernodedrop.kernels.cuda.ConnectionPlan;
import org.pernodedrop.kernels.cuda.MaskSource;

/** Plans of passes for a GPU, kept: one takes hundreds of trials. */
final class ConnectionPlans {
    private static final int MOST = 256;

    private final int multiprocessors;
    private final Map<Planned, ConnectionPlan> kept = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Planned, ConnectionPlan> eldest) {
            return size() > MOST;
        }
    };

    private record Planned(ConnectionPass pass, MaskSource source, ConnectionShape shape, boolean aligned) {}

    ConnectionPlans(int multiprocessors) {
        this.multiprocessors = multiprocessors;
    }

    ConnectionPlan of(ConnectionPass pass, MaskSource source, ConnectionShape shape, boolean aligned) {
        return kept.computeIfAbsent(
                new Planned(pass, source, shape, aligned),
                key -> ConnectionPlan.of(
                        pass, source, shape.samples(), shape.inputs(), shape.outputs(), aligned, multiprocessors));
    }

    /** Floats of partial sums that a pass takes at most. */
    long mostPartials(MaskSource source, ConnectionShape shape) {
        long most = 0;
        for (ConnectionPass pass : ConnectionPass.values()) {
            for (boolean aligned : new boolean[] {false, true}) {
                most = Math.max(most, of(pass, source, shape, aligned).partials());
            }
        }
        return most;
    }
}
