// Plans of the timed layers, looked up in the tables of Java's planners.
#pragma once

#include <string>

#include "multi_position.h"

// Both tables lie in a folder, or in one file: rows as connection-plans.txt and multi-position-plans.txt have them. All
// buffers are aligned. In a row of connection-plans.txt the source is followed by the precision, unless it is fp32.
// Fails if there is no row for this device and shape.
ConnectionPlan planned_connections(
    const std::string& tables, ConnectionPass pass, ConnectionVariant variant, const device::LayerShape& shape);

MultiPositionPlan planned_multi_position(
    const std::string& tables, ConnectionPass pass, MultiPositionPrecision precision, const MultiPositionShape& shape,
    int shared_limit);
