package org.pernodedrop.app.bench;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A component that a line of results may lack, or have as null. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface MayBeNull {}
